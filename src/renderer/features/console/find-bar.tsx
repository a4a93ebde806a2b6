/** The bar that finds text in a terminal's scrollback: Enter and Shift-Enter step, Esc closes. */
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { TermSession } from '#renderer/features/console/term-session.ts';
import type { FindResult } from '#renderer/features/console/term-view.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon } from '#renderer/ui/icon.tsx';

export function FindBar({ session }: { readonly session: TermSession }): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  const [term, setTerm] = useState('');
  const [isCaseSensitive, setCase] = useState(false);
  const [isRegex, setRegex] = useState(false);
  const found = useStore(session.state, (state) => state.found);
  const isBroken = isRegex && !isPattern(term);

  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  useEffect(() => {
    if (!isBroken) session.search(term, { isCaseSensitive, isRegex }, 'typed');
  }, [session, term, isCaseSensitive, isRegex, isBroken]);

  const step = (direction: 'next' | 'previous'): void => {
    if (!isBroken) session.search(term, { isCaseSensitive, isRegex }, direction);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') session.endFind();
    else if (event.key === 'Enter') step(event.shiftKey ? 'previous' : 'next');
    else return;
    event.preventDefault();
  };

  return (
    <search className="find-bar" onKeyDown={onKeyDown}>
      <div className="find-field">
        <Icon name="search" size={14} />
        <input
          ref={input}
          value={term}
          placeholder="Find"
          aria-label="Find in console"
          aria-invalid={isBroken}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTerm(event.target.value)}
        />
        <span className="find-count numeric" role="status">
          {isBroken ? 'Not a pattern' : countText(term, found)}
        </span>
        <Toggle label="Match case" isOn={isCaseSensitive} onChange={setCase}>
          Aa
        </Toggle>
        <Toggle label="Regular expression" isOn={isRegex} onChange={setRegex}>
          .*
        </Toggle>
      </div>
      <Steps onStep={step} />
      <Button
        look="ghost"
        icon="close"
        label="Close the find bar"
        keys="Esc"
        isSmall
        onClick={() => session.endFind()}
      />
    </search>
  );
}

function Steps(props: { readonly onStep: (to: 'next' | 'previous') => void }): ReactElement {
  return (
    <>
      <Button
        look="ghost"
        icon="chevronUp"
        label="Previous match"
        keys="Shift ↵"
        isSmall
        onClick={() => props.onStep('previous')}
      />
      <Button
        look="ghost"
        icon="chevronDown"
        label="Next match"
        keys="↵"
        isSmall
        onClick={() => props.onStep('next')}
      />
    </>
  );
}

function Toggle(props: {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly children: string;
}): ReactElement {
  return (
    <button
      type="button"
      className="find-toggle"
      aria-pressed={props.isOn}
      aria-label={props.label}
      data-tip={props.label}
      onClick={() => props.onChange(!props.isOn)}
    >
      {props.children}
    </button>
  );
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source).source !== '';
  } catch {
    return false;
  }
}

function countText(term: string, found: FindResult | undefined): string {
  if (term === '') return '';
  if (found === undefined || found.count === 0) return 'No matches';
  return found.index < 0 ? `${found.count}+` : `${found.index + 1} of ${found.count}`;
}
