/**
 * Small checks of what a page offers to people who do not see it or do not use a mouse: names,
 * roles, order, contrast as drawn. Run inside the page; answers sentences, none when all is well.
 */
import type { Page } from 'playwright-core';

export async function accessibilityProblems(page: Page): Promise<string[]> {
  const structure = await page.evaluate(structureProblems);
  const contrast = await page.evaluate(contrastProblems);
  return [...structure, ...contrast];
}

/* Both functions are sent to the page as text: they may use nothing from outside. */

function structureProblems(): string[] {
  const problems: string[] = [];
  const isShown = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true });
  const nameOf = (element: Element): string => {
    const by = element.getAttribute('aria-labelledby');
    const labelled = by === null ? '' : (document.getElementById(by)?.textContent ?? '');
    const own = element.getAttribute('aria-label') ?? '';
    const label = (element as HTMLInputElement).labels?.[0]?.textContent ?? '';
    return `${labelled}${own}${label}${element.textContent}`.trim();
  };
  const short = (element: Element): string => element.outerHTML.slice(0, 120);

  const controls =
    'button, a[href], input:not([type="hidden"]), select, textarea, [role="treeitem"], ' +
    '[role="menuitem"], [role="option"], [role="separator"], [role="tab"], [role="dialog"], dialog';
  for (const element of document.querySelectorAll(controls)) {
    if (isShown(element) && nameOf(element) === '') problems.push(`no name: ${short(element)}`);
  }
  for (const element of document.querySelectorAll('[aria-hidden="true"]')) {
    const inside = element.querySelector('a[href], button, input, [tabindex="0"]');
    if (inside !== null && isShown(inside)) problems.push(`hidden but focusable: ${short(inside)}`);
  }
  for (const element of document.querySelectorAll('[tabindex]')) {
    if (Number(element.getAttribute('tabindex')) > 0)
      problems.push(`own tab order: ${short(element)}`);
  }
  for (const element of document.querySelectorAll('[aria-controls], [aria-activedescendant]')) {
    for (const name of ['aria-controls', 'aria-activedescendant']) {
      const id = element.getAttribute(name);
      if (id !== null && document.getElementById(id) === null) {
        problems.push(`${name} points nowhere: ${short(element)}`);
      }
    }
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) {
    problems.push(`two elements have the id "${id}"`);
  }
  for (const image of document.querySelectorAll('img:not([alt])')) {
    problems.push(`no alternative text: ${short(image)}`);
  }
  if (document.documentElement.lang === '') problems.push('the page has no language');
  if (document.title === '') problems.push('the page has no title');
  if (document.querySelectorAll('h1').length !== 1 && document.querySelector('dialog') === null) {
    const count = document.querySelectorAll('h1').length;
    if (count === 0) problems.push('the page has no first heading');
  }
  return problems;
}

function contrastProblems(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (canvas === null) return ['no canvas'];
  /** Any CSS colour as [r, g, b, alpha]. */
  const rgba = (colour: string): [number, number, number, number] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminance = ([r, g, b]: readonly number[]): number => {
    const part = (value = 0): number => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const groundOf = (element: Element): [number, number, number, number] => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const ground = rgba(getComputedStyle(at).backgroundColor);
      if (ground[3] > 0.98) return ground;
    }
    return [255, 255, 255, 1];
  };
  const problems = new Set<string>();
  // Behind a modal dialog nothing can be used or is meant to be read.
  const top = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    const element = node.parentElement;
    if (text === '' || element === null || element.closest('.xterm, .visually-hidden') !== null) {
      continue;
    }
    // What can't be used may be faint. @spec WCAG 2.2 §1.4.3 (inactive component)
    if (element.closest('[aria-disabled="true"]') !== null) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const colour = rgba(getComputedStyle(element).color);
    const [high, low] = [luminance(colour), luminance(groundOf(element))].sort((a, b) => b - a);
    const ratio = ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
    if (ratio < 4.5) problems.add(`contrast ${ratio.toFixed(2)}: "${text.slice(0, 40)}"`);
  }
  return [...problems];
}
