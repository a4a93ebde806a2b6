/** The settings: each takes effect at once and is kept in the library, for every window. */
import { type ReactElement, useState } from 'react';
import type { Settings } from '#protocol/model.ts';
import { changeSettings } from '#renderer/model/actions.ts';
import { useBench, useLab } from '#renderer/model/workbench.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Field } from '#renderer/ui/field.tsx';

const THEMES: readonly { readonly value: Settings['theme']; readonly label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export function SettingsDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const bench = useBench();
  const settings = useLab((state) => state.settings);
  const change = (part: Partial<Settings>): void => void changeSettings(bench, part);
  return (
    <Dialog
      title="Settings"
      width={520}
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="dialog-content settings">
        <h3>Window</h3>
        <ThemeField value={settings.theme} onChange={(theme) => change({ theme })} />
        <SwitchField
          label="Ask before something is lost"
          hint="Reset, force off and remove a lab; close the window while a node runs"
          isOn={settings.confirmDestructive}
          onChange={(confirmDestructive) => change({ confirmDestructive })}
        />
        <h3>Console</h3>
        <NumberField
          label="Text size"
          hint="In pixels, 6 to 48"
          value={settings.consoleFontSizePx}
          least={6}
          most={48}
          onChange={(consoleFontSizePx) => change({ consoleFontSizePx })}
        />
        <FontField
          value={settings.consoleFontFamily}
          onChange={(consoleFontFamily) => change({ consoleFontFamily })}
        />
        <NumberField
          label="Scrollback"
          hint="Lines kept above the screen, up to 100,000"
          value={settings.consoleScrollbackLines}
          least={0}
          most={100_000}
          onChange={(consoleScrollbackLines) => change({ consoleScrollbackLines })}
        />
        <SwitchField
          label="Blinking cursor"
          isOn={settings.consoleCursorBlink}
          onChange={(consoleCursorBlink) => change({ consoleCursorBlink })}
        />
        <About />
      </div>
    </Dialog>
  );
}

function About(): ReactElement | null {
  const app = useLab((state) => state.app);
  if (app === null) return null;
  return (
    <>
      <h3>About</h3>
      <dl className="settings-about selectable">
        <dt>Version</dt>
        <dd>
          {app.productName} {app.version}
        </dd>
        <dt>Platform image</dt>
        <dd>{app.platform?.stamp ?? 'not built'}</dd>
        <dt>Labs are kept in</dt>
        <dd>
          <code>{app.libraryPath}</code>
        </dd>
      </dl>
    </>
  );
}

function ThemeField(props: {
  readonly value: Settings['theme'];
  readonly onChange: (theme: Settings['theme']) => void;
}): ReactElement {
  return (
    <fieldset className="field field-row settings-group">
      <legend className="visually-hidden">Theme</legend>
      <span className="settings-label" aria-hidden="true">
        Theme
      </span>
      <div className="segmented">
        {THEMES.map(({ value, label }) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              className="visually-hidden"
              checked={props.value === value}
              data-autofocus={props.value === value ? '' : undefined}
              onChange={() => props.onChange(value)}
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function SwitchField(props: {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): ReactElement {
  return (
    <Field label={props.label} hint={props.hint} isRow>
      {({ id, describedBy }) => (
        <input
          id={id}
          type="checkbox"
          role="switch"
          className="switch"
          aria-describedby={describedBy}
          checked={props.isOn}
          onChange={(event) => props.onChange(event.target.checked)}
        />
      )}
    </Field>
  );
}

/** Takes effect when the number is in range; says so while it is not. */
function NumberField(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}): ReactElement {
  const { value, least, most } = props;
  const [draft, setDraft] = useState<string>();
  const number = Number(draft);
  const isGood =
    draft === undefined ||
    (/^\d+$/.test(draft) && Number.isInteger(number) && number >= least && number <= most);
  return (
    <Field
      label={props.label}
      hint={props.hint}
      error={isGood ? undefined : `A whole number from ${least} to ${most}`}
      isRow
    >
      {({ id, describedBy, isInvalid }) => (
        <input
          id={id}
          className="input input-number numeric"
          inputMode="numeric"
          aria-describedby={describedBy}
          aria-invalid={isInvalid}
          value={draft ?? String(value)}
          onChange={(event) => {
            const text = event.target.value.trim();
            setDraft(text);
            const next = Number(text);
            if (/^\d+$/.test(text) && next >= least && next <= most) props.onChange(next);
          }}
          onBlur={() => setDraft(undefined)}
        />
      )}
    </Field>
  );
}

function FontField(props: {
  readonly value: string;
  readonly onChange: (family: string) => void;
}): ReactElement {
  const [draft, setDraft] = useState(props.value);
  return (
    <Field label="Font" hint="Empty: the system’s monospaced font" isRow>
      {({ id, describedBy }) => (
        <input
          id={id}
          className="input settings-font"
          placeholder="System"
          maxLength={200}
          spellCheck={false}
          aria-describedby={describedBy}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => props.onChange(draft.trim())}
        />
      )}
    </Field>
  );
}
