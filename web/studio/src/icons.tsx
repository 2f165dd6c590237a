/** Signs on buttons: drawn in the colour of the letters. */

const PATHS = {
  select: "M4 2l8.5 7.2-4 .5 2.3 4.4-1.9 1-2.3-4.5L4 13z",
  pencil: "M2.5 13.5l.8-3.4 7.6-7.6a1.3 1.3 0 0 1 1.9 0l.7.7a1.3 1.3 0 0 1 0 1.9l-7.6 7.6z",
  scissors: "M4.2 3a2 2 0 1 0 1 3.6L7 8.2 5.2 9.8a2 2 0 1 0 1.1 1.3L14 4.2l-1.5-.7L8 7.2 6.3 5.7A2 2 0 0 0 4.2 3zM9.2 9.4l3.3 3 1.5-.7-3.6-3.3z",
  undo: "M6 3L2.5 6.5 6 10V7.5h3.5a2.25 2.25 0 0 1 0 4.5H6v1.5h3.5a3.75 3.75 0 0 0 0-7.5H6z",
  redo: "M10 3l3.5 3.5L10 10V7.5H6.5a2.25 2.25 0 0 0 0 4.5H10v1.5H6.5a3.75 3.75 0 0 1 0-7.5H10z",
  plus: "M7.25 3h1.5v4.25H13v1.5H8.75V13h-1.5V8.75H3v-1.5h4.25z",
  minus: "M3 7.25h10v1.5H3z",
  whole: "M1.5 4h1.5v8H1.5zM13 4h1.5v8H13zM4 8l3-2.5v1.7h2V5.5L12 8l-3 2.5V8.8H7v1.7z",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7.4 1h1.2v2.2H7.4zM7.4 12.8h1.2V15H7.4zM1 7.4h2.2v1.2H1zM12.8 7.4H15v1.2h-2.2zM2.6 3.5l.9-.9 1.6 1.6-.9.9zM10.9 11.8l.9-.9 1.6 1.6-.9.9zM2.6 12.5l1.6-1.6.9.9-1.6 1.6zM10.9 4.2l1.6-1.6.9.9-1.6 1.6z",
  dark: "M6 2a6 6 0 1 0 8 8A6.5 6.5 0 0 1 6 2z",
  help: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM7.3 11h1.5v1.5H7.3zM5.5 6.2a2.5 2.5 0 1 1 3.7 2.2c-.4.2-.5.5-.5 1.1H7.3c0-1.2.3-1.8 1.1-2.3a1 1 0 1 0-1.5-1z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden><path d={PATHS[name]} fill="currentcolor" /></svg>;
}
