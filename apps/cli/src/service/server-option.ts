import { Option } from 'commander';

/** `--server URL`, for commands that ask a running service. */
export const serverOption = (): Option =>
  new Option('--server <url>', 'API of the service').env('ESPALIER_API_URL').default('http://127.0.0.1:8080');
