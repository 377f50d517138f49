// Starts the page.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import './styles/tokens.css';
import './styles/base.css';
import './styles/page.css';
import './styles/lists.css';
import './styles/sign-in.css';
import { Follower } from './follow/follower';
import { App } from './ui/App';
import { applyTheme, chosenTheme } from './ui/theme';

applyTheme(chosenTheme());
const root = document.querySelector('#root');
if (root) {
  const follower = new Follower();
  follower.start();
  createRoot(root).render(
    <StrictMode>
      <App follower={follower} />
    </StrictMode>,
  );
}
