import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { Boundary } from './boundary.js';
import { Logo } from './logo.js';
import styles from './shell.module.css';

const PLACES = [
  { href: '/', text: 'Fleet', isHere: (path: string) => path === '/' },
  { href: '/models', text: 'Models', isHere: (path: string) => path.startsWith('/models') },
  {
    href: '/measurements',
    text: 'Measurements',
    isHere: (path: string) => path.startsWith('/measurements') || path === '/compare',
  },
] as const;

/** What all pages have around them. A new page begins at its top, for the eye and for the keyboard. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(path);
  useEffect(() => {
    if (shownPath.current === path) return;
    shownPath.current = path;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to the page
      </a>
      <header className={styles.bar}>
        <div className={styles.inner}>
          <Link className={styles.brand} href="/">
            <Logo />
            Espalier
          </Link>
          <nav className={styles.nav} aria-label="Pages">
            {PLACES.map(({ href, text, isHere }) => (
              <Link
                key={href}
                className={styles.link}
                href={href}
                {...(isHere(path) ? { 'aria-current': 'page' } : {})}
              >
                {text}
              </Link>
            ))}
            <a className={`${styles.link} ${styles.end}`} href="/docs">
              API
            </a>
          </nav>
        </div>
      </header>
      <main ref={main} id="main" className={styles.main} tabIndex={-1}>
        <Boundary key={path}>{children}</Boundary>
      </main>
    </>
  );
}
