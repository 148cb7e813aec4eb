/** Paths on a 16 × 16 grid, drawn with round strokes. */
const PATHS = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  minus: 'M4 8h8',
  wall: 'M11 2.5v11M2.5 8h5.5M5.5 5.5L8 8l-2.5 2.5',
  clock: 'M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0',
  warning: 'M8 6v3M8 11.4v.1M8 2L14.5 13.5h-13z',
  download: 'M8 2.5v8M4.8 7.6L8 10.8l3.2-3.2M3 13.5h10',
  upload: 'M8 11V3M4.8 6.2L8 3l3.2 3.2M3 13.5h10',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  scissors:
    'M5.9 5.9L13.5 12M5.9 10.1L13.5 4M6.3 4.5a1.9 1.9 0 1 1-3.8 0a1.9 1.9 0 0 1 3.8 0M6.3 11.5a1.9 1.9 0 1 1-3.8 0a1.9 1.9 0 0 1 3.8 0',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2',
  up: 'M8 12.5v-9M4.5 7L8 3.5L11.5 7',
  down: 'M8 3.5v9M4.5 9L8 12.5L11.5 9',
  dot: 'M8 8v.01',
} as const;

export type IconName = keyof typeof PATHS;

/** A small drawing beside text that says the same; readers of the screen skip it. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'dot' ? 6 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
