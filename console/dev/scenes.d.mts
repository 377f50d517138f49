// The scenes as the tests see them.
export interface Scene {
  readonly cluster?: (now: number) => unknown;
  readonly applications?: unknown;
}
export const scenes: Readonly<Record<string, Scene>>;
export const reasons: unknown;
