/** What `h` shows: the commands of commands.ts. */
export const HELP = `
                   SUMMARY OF COMMANDS

      Commands may follow a number, called N here.

  h  H                 This help.
  q  :q  Q  :Q  ZZ     Leave.

                           MOVING

  e  ^E  j  ^N  RETURN  *  Down one line (or N).
  y  ^Y  k  ^K  ^P      *  Up one line (or N).
  f  ^F  ^V  SPACE      *  Down one window (or N lines).
  b  ^B  ESC-v          *  Up one window (or N lines).
  z                     *  Down one window, and make it N lines.
  w                     *  Up one window, and make it N lines.
  d  ^D                 *  Down half a window, and make it N lines.
  u  ^U                 *  Up half a window, and make it N lines.
  LEFT  RIGHT           *  Half a screen to the side (or N columns).
  F                        Wait for more text at the end.
  r  ^R  ^L                Draw the screen again.

                          SEARCHING

  /PATTERN              *  Down to the (N-th) line that matches.
  ?PATTERN              *  Up to the (N-th) line that matches.
                           !PATTERN finds lines that do not match.
  n                     *  Again.
  N                     *  Again the other way.
  ESC-u                    Show matches, or don't.

                           JUMPING

  g  <  ESC-<           *  To the first line (or line N).
  G  >  ESC->           *  To the last line (or line N).
  p  %                  *  To N percent of the text.
  mLETTER                  Mark this place.
  'LETTER                  To the marked place; '' to where you were.

                        CHANGING FILES

  :e                       Look at another file.
  :n  :p                *  To the next, the previous file.
  :x                    *  To the first (or N-th) file.
  :d                       Take this file off the list.
  =  ^G  :f                Say where we are.

                         THE REST

  -LETTER                  Change an option: -i -I -N -R -S.
  !COMMAND                 Run a shell command.
  v                        Edit this file with vi.
`;
