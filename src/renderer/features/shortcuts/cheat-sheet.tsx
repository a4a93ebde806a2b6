/** All shortcuts, by section: printed from the command table, so it cannot be wrong. */
import type { ReactElement } from 'react';
import { countsAt, type Section } from '#renderer/commands/command.ts';
import { COMMANDS } from '#renderer/commands/commands.table.ts';
import { formatBinding } from '#renderer/model/keybinding.ts';
import { useBench } from '#renderer/model/workbench.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Keys } from '#renderer/ui/keys.tsx';

const SECTIONS: readonly Section[] = ['App', 'Lab', 'Node', 'View', 'Console'];

export function CheatSheet({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { platform } = useBench();
  return (
    <Dialog title="Keyboard shortcuts" width={720} onClose={onClose}>
      <div className="dialog-content cheat-sheet" tabIndex={-1} data-autofocus="">
        <div className="cheat-columns">
          {SECTIONS.map((section) => (
            <section key={section} aria-label={section}>
              <h3>{section}</h3>
              <dl>
                {COMMANDS.filter((row) => row.section === section && row.keys !== undefined).map(
                  (row) => (
                    <div key={row.id} className="cheat-row">
                      <dt>{row.title}</dt>
                      <dd>
                        {row.keys?.map((binding) => (
                          <span
                            key={binding.press}
                            className={
                              countsAt(binding, 'terminal', false, platform)
                                ? 'cheat-keys'
                                : 'cheat-keys cheat-outside'
                            }
                          >
                            <Keys text={formatBinding(binding.press, platform)} />
                          </span>
                        ))}
                      </dd>
                    </div>
                  ),
                )}
              </dl>
            </section>
          ))}
        </div>
        <p className="cheat-note">
          A focused console keeps its keys: shortcuts marked{' '}
          <span className="cheat-outside">○</span> work outside it only. F6 leaves the console; in
          the library, arrows move, Enter opens, F2 renames.
        </p>
      </div>
    </Dialog>
  );
}
