/** A tree trained along a wall: a trunk and two pairs of arms. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#175c3f" />
      <path
        d="M16 27V6M16 22H9q-3 0-3-3v-8M16 22h7q3 0 3-3v-8M16 16h-2.5q-2.5 0-2.5-2.5V8M16 16h2.5q2.5 0 2.5-2.5V8"
        fill="none"
        stroke="#eaf6ee"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
