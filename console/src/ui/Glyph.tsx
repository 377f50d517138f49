// Shapes for what is also said in words: each tone has its own, so that colour is never needed to tell them apart.
import type { ReactNode } from 'react';

import type { Role } from '../wire/cluster';
import type { Tone } from '../words/tone';

const SHAPES: Readonly<Record<Tone, ReactNode>> = {
  ok: <circle cx="8" cy="8" r="5.5" fill="currentColor" />,
  prog: (
    <>
      <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path d="M8 3a5 5 0 0 1 5 5H8z" fill="currentColor" />
    </>
  ),
  warn: <path d="M8 2.2 14.6 13.6H1.4z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
  err: <path d="M8 1.2 14.8 8 8 14.8 1.2 8z" fill="currentColor" />,
  off: <rect x="3.2" y="3.2" width="9.6" height="9.6" fill="none" stroke="currentColor" strokeWidth="1.8" />,
};

export function Glyph({ tone }: { readonly tone: Tone }) {
  return (
    <svg className="glyph" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[tone]}
    </svg>
  );
}

/** The stone that holds an arch: filled for the server that manages, outlined for one that could. */
export function Keystone({ role }: { readonly role: Role | null }) {
  const isFilled = role === 'MASTER' || role === 'SUSPENDED';
  return (
    <svg className="keystone" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d="M1.8 2.5h12.4L10.9 14H5.1z"
        fill={isFilled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
    </svg>
  );
}
