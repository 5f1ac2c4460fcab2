import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';

/** A terminal with a shell in it, as a person has one. */
export interface Terminal {
  /** Everything that stands in it and above it; a line that the terminal had to break is one line. */
  screen(): string;
  type(keys: string): void;
  /** Ctrl and this letter. */
  control(letter: string): void;
  /** Resolves with the screen when this stands on it. */
  until(text: RegExp, withinMs: number): Promise<string>;
  /** Types a command, and gives what the screen says of it when the shell asks for the next one. */
  run(command: string, withinMs: number): Promise<string>;
  close(): void;
}

const PROMPT = 'stranger$';
const LOOK_MS = 200;

/** The shell of somebody who has not run npm yet: no variables of npm or of the test, and no Node.js of a project. */
function freshEnvironment(): NodeJS.ProcessEnv {
  const isOurs = (name: string) => /^(npm_|NODE_|VITEST|TEST$|CI$)/.test(name);
  const own = Object.entries(process.env).filter(([name]) => !isOurs(name));
  const path = (process.env.PATH ?? '').split(':').filter((one) => !one.includes('node_modules'));
  return {
    ...Object.fromEntries(own),
    PATH: path.join(':'),
    // What this machine has downloaded before need not come again.
    npm_config_prefer_offline: 'true',
  };
}

/** tmux gives a real terminal whose screen can be read (Debian: `apt-get install tmux`). */
export function openTerminal(folder: string, columns: number): Terminal {
  const name = `stranger-${randomUUID()}`;
  const env = freshEnvironment();
  const tmux = (...args: string[]) => execFileSync('tmux', ['-L', name, ...args], { env, encoding: 'utf8' });
  const size = ['-x', String(columns), '-y', '50'];
  tmux(
    '-f',
    '/dev/null',
    'new-session',
    '-d',
    ...size,
    '-c',
    folder,
    `env 'PS1=${PROMPT} ' bash --norc --noprofile`,
  );
  tmux('set-option', '-g', 'history-limit', '5000');
  const screen = () => tmux('capture-pane', '-p', '-J', '-S', '-2000').trimEnd();
  const enter = (keys: string) => {
    tmux('send-keys', '-l', keys);
    tmux('send-keys', 'Enter');
  };
  const until = async (text: RegExp, withinMs: number): Promise<string> => {
    await expect.poll(screen, { timeout: withinMs, interval: LOOK_MS }).toMatch(text);
    return screen();
  };
  return {
    screen,
    type: enter,
    until,
    control: (letter) => void tmux('send-keys', `C-${letter}`),
    async run(command, withinMs) {
      const before = screen().split('\n').length;
      enter(command);
      const after = (text: string) => text.split('\n').slice(before).join('\n');
      await expect
        .poll(() => after(screen()), { timeout: withinMs, interval: LOOK_MS })
        .toMatch(/^stranger\$$/m);
      return after(screen());
    },
    close: () => void tmux('kill-server'),
  };
}
