// On top of every page: which plane, which server, what it is now.
import { useState } from 'react';

import type { Memory } from '../follow/memory';
import { signOut } from '../wire/session';
import { RoleChip } from './RoleChip';
import { Glyph, Keystone } from './Glyph';
import { ThemeSwitch } from './ThemeSwitch';

interface Props {
  readonly memory: Memory;
  readonly isOpen: boolean;
  readonly ended: () => void;
}

export function Header({ memory, isOpen, ended }: Props) {
  const { cluster } = memory;
  const isSilent = memory.silentSince !== null;
  return (
    <header className="top">
      <p className="brand">
        <Keystone role="MASTER" />
        Brownstone
      </p>
      {isOpen && cluster && (
        <p className="who">
          <span className="mono">{cluster.own ?? 'no id yet'}</span>
          {isSilent ? (
            <span className="chip tone-off">
              <Glyph tone="off" />
              no answer
            </span>
          ) : (
            <RoleChip role={cluster.role} />
          )}
          <span className="secondary">term {cluster.term}</span>
        </p>
      )}
      <div className="tools">
        <ThemeSwitch />
        {isOpen && <LogOut ended={ended} />}
      </div>
    </header>
  );
}

function LogOut({ ended }: { readonly ended: () => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const leave = async () => {
    const why = await signOut();
    setProblem(why);
    if (why === null) ended();
  };
  return (
    <>
      <button type="button" className="button" onClick={() => void leave()}>
        Log out
      </button>
      <p role="alert" className={problem === null ? 'unseen' : 'problem tone-warn'}>
        {problem}
      </p>
    </>
  );
}
