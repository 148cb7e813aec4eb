import { Link } from 'wouter';
import { Page } from '../components/page.js';
import { useTitle } from '../service/use-title.js';

/** No page has this address. */
export function MissingPage() {
  useTitle('Not found');
  return (
    <Page title="There is no such page" lead="The address may be mistyped, or what it named is gone.">
      <p>
        Go on with the <Link href="/">fleet</Link> or the <Link href="/models">models</Link>.
      </p>
    </Page>
  );
}
