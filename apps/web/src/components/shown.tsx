import type { ReactNode } from 'react';
import type { View } from '../state/view.js';
import { ErrorNotice, StaleNotice } from './notice.js';
import styles from './shown.module.css';

/** Bars where text will be. */
export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_unused, line) => (
        <div key={line} className={styles.bar} />
      ))}
    </div>
  );
}

interface ShownProps<Data> {
  readonly view: View<Data>;
  /** What is shown, as in `the fleet`: `Could not load the fleet`. */
  readonly what: string;
  /** How much room to keep while loading. */
  readonly lines?: number;
  readonly empty?: ReactNode;
  readonly onRetry?: () => void;
  /** Puts something around what is not the data itself, such as the frame of a page. */
  readonly frame?: (inner: ReactNode) => ReactNode;
  readonly children: (data: Data) => ReactNode;
}

const unframed = (inner: ReactNode): ReactNode => inner;

/** Draws whatever state a view is in. */
export function Shown<Data>(props: ShownProps<Data>) {
  const { view, what, lines = 4, empty = null, onRetry, frame = unframed, children } = props;
  switch (view.state) {
    case 'loading':
      return frame(<Skeleton lines={lines} />);
    case 'error':
      return frame(<ErrorNotice title={`Could not load ${what}`} error={view.error} onRetry={onRetry} />);
    case 'empty':
      return frame(empty);
    case 'stale':
      return (
        <div>
          {children(view.data)}
          <div className={styles.stale}>
            <StaleNotice error={view.error} sinceMs={view.sinceMs} />
          </div>
        </div>
      );
    case 'ready':
      return children(view.data);
    default:
      return view satisfies never;
  }
}
