import { expect, test } from '@jest/globals';
import { howToInstall } from './redis-program.js';

test.each([
  { platform: 'darwin' as const, osRelease: '', command: 'brew install redis' },
  {
    platform: 'linux' as const,
    osRelease: 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n',
    command: 'sudo apt-get install redis-server',
  },
  {
    platform: 'linux' as const,
    osRelease: 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
    command: 'sudo dnf install redis',
  },
  { platform: 'linux' as const, osRelease: 'NAME="Arch Linux"\nID=arch\n', command: 'sudo pacman -S valkey' },
])('on $platform "$osRelease" redis-server comes by `$command`', ({ platform, osRelease, command }) => {
  expect(howToInstall(platform, osRelease)).toBe(command);
});

test('an unknown system gets a general answer', () => {
  expect(howToInstall('linux', 'ID=nixos\n')).toContain('package manager');
});
