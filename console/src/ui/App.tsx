// One page: login, then the plane as this server sees it.
import { useEffect, useSyncExternalStore } from 'react';

import type { Follower, Picture } from '../follow/follower';
import { situation } from '../words/situation';
import { Applications } from './Applications';
import { Header } from './Header';
import { Servers } from './Servers';
import { SignIn } from './SignIn';
import { Situation } from './Situation';
import { Announcer, Timeline } from './Timeline';
import { markOf, titleOf } from './title';
import { Trouble } from './Trouble';

export function App({ follower }: { readonly follower: Follower }) {
  const picture = useSyncExternalStore(follower.listen, follower.picture, follower.picture);
  const { memory, access } = picture;
  const title = titleOf(memory);
  const mark = markOf(memory);

  useEffect(() => {
    document.title = title;
    document.querySelector('link#mark')?.setAttribute('href', mark);
  }, [title, mark]);

  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Header memory={memory} isOpen={access === 'open'} ended={() => follower.look()} />
      <Announcer moments={memory.timeline} />
      <Page picture={picture} again={() => follower.look()} />
    </>
  );
}

export function Page({ picture, again }: { readonly picture: Picture; readonly again: () => void }) {
  const { memory, applications, access, now } = picture;
  const words = situation(memory, now);
  if (access === 'login') {
    const silence = memory.silentSince === null ? '' : `${words.headline}.`;
    return <SignIn headers={picture.headers} wasOpen={picture.wasOpen} silence={silence} done={again} />;
  }
  const { cluster } = memory;
  const isSilent = memory.silentSince !== null;
  return (
    <main id="main" tabIndex={-1} className="page">
      {access === 'forbidden' ? <Forbidden /> : <Situation words={words} />}
      {cluster && access === 'open' && (
        <>
          <Trouble cluster={cluster} />
          <div className={isSilent ? 'columns stale' : 'columns'}>
            <div>
              <Servers cluster={cluster} age={isSilent ? now - memory.answeredAt : 0} />
              <Applications shown={applications} cluster={cluster} />
            </div>
            <Timeline moments={memory.timeline} />
          </div>
        </>
      )}
    </main>
  );
}

function Forbidden() {
  const words = {
    tone: 'warn' as const,
    headline: 'This user may not see the servers',
    lines: ['The login is right, but its role lacks the permission server.status. Ask whoever keeps brooklyn.cfg, or log in as somebody else.'],
    links: [],
  };
  return <Situation words={words} />;
}
