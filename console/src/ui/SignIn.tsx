// The login. Which server this is and who is master is said before anybody types a password into the wrong one.
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';

import type { RoleHeaders } from '../follow/follower';
import { readRole, safeUri } from '../wire/cluster';
import { signIn } from '../wire/session';
import { Glyph } from './Glyph';
import { RoleChip } from './RoleChip';

interface Props {
  readonly headers: RoleHeaders;
  readonly wasOpen: boolean;
  readonly silence: string;
  readonly done: () => void;
}

export function SignIn({ headers, wasOpen, silence, done }: Props) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [isShown, setShown] = useState(false);
  const [hasCaps, setCaps] = useState(false);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);

  useEffect(() => user.current?.focus(), []);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy || !user.current || !password.current) return;
    setBusy(true);
    setProblem('');
    const outcome = await signIn(user.current.value, password.current.value);
    setBusy(false);
    if (outcome.done) {
      password.current.value = '';
      done();
    } else {
      setProblem(outcome.why);
      password.current.select();
    }
  };
  const watchCaps = (event: KeyboardEvent) => setCaps(event.getModifierState('CapsLock'));

  return (
    <main className="sign-in" id="main">
      <form onSubmit={(event) => void submit(event)} aria-labelledby="sign-in">
        <h1 id="sign-in">Log in to Brownstone</h1>
        <Whereabouts headers={headers} />
        {wasOpen && problem === '' && <p role="status">Your session on this server has ended. Log in to go on.</p>}
        <label htmlFor="user">User</label>
        <input ref={user} id="user" name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
        <label htmlFor="password">Password</label>
        <div className="password">
          <input
            ref={password}
            id="password"
            name="password"
            type={isShown ? 'text' : 'password'}
            autoComplete="current-password"
            autoCapitalize="none"
            spellCheck={false}
            required
            onKeyUp={watchCaps}
            aria-describedby="problem"
            aria-invalid={problem !== ''}
          />
          <button type="button" className="button" aria-pressed={isShown} aria-controls="password" onClick={() => setShown(!isShown)}>
            {isShown ? 'Hide' : 'Show'}
          </button>
        </div>
        <p id="problem" className="problem tone-err" role="alert">
          {(problem !== '' || silence !== '') && (
            <>
              <Glyph tone="err" />
              <span>
                {problem === '' ? silence : problem}
                {hasCaps && ' Caps Lock is on.'}
              </span>
            </>
          )}
        </p>
        <button type="submit" className="button button-first" aria-disabled={isBusy}>
          {isBusy ? 'Logging in' : 'Log in'}
        </button>
      </form>
    </main>
  );
}

function Whereabouts({ headers }: { readonly headers: RoleHeaders }) {
  const role = readRole(headers.role);
  const master = safeUri(headers.master);
  if (!role) return null;
  return (
    <div className="whereabouts">
      <p>
        This server: <RoleChip role={role} /> {headers.term !== null && <>term {headers.term}</>}
      </p>
      {role !== 'MASTER' && (
        <p>
          {master === null ? (
            'The address of the master is not currently known.'
          ) : (
            <>
              The master is <a href={master}>{master}</a>
            </>
          )}
        </p>
      )}
    </div>
  );
}
