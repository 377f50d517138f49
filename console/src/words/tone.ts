// How serious something is. A tone is never shown as a colour alone: each has a shape, and a word stands beside it.

export type Tone = 'ok' | 'prog' | 'warn' | 'err' | 'off';
