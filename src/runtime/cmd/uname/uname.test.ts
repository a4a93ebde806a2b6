import { describe, expect, it } from 'vitest';
import { HOSTNAME } from '#cmd/hostname/hostname.ts';
import { ARCH, UNAME } from '#cmd/uname/uname.ts';
import { bootHarness } from '#testing/node-harness.ts';

describe('uname and hostname', () => {
  const node = bootHarness({ commands: [UNAME, HOSTNAME, ARCH] });
  const run = (...words: string[]): string => node.run(words).stdout;

  it('prints the names in illumos’s order', () => {
    expect(run('/usr/bin/uname')).toBe('SunOS\n');
    expect(run('/usr/bin/uname', '-a')).toBe(
      'SunOS harness 5.11 joyent_20261123T000000Z i86pc i386 i86pc illumos\n',
    );
    expect(run('/usr/bin/uname', '-mr')).toBe('5.11 i86pc\n');
    expect(run('/usr/bin/uname', '-X')).toContain('KernelID = joyent_20261123T000000Z\n');
    expect(run('/usr/bin/mach')).toBe('i386\n');
    expect(run('/usr/bin/arch')).toBe('i86pc\n');
  });

  it('sets the name when it may', () => {
    expect(run('/usr/bin/hostname')).toBe('harness\n');
    expect(node.run(['/usr/bin/hostname', 'other'], { uid: 100 })).toMatchObject({
      status: 1,
      stderr: 'hostname: error in setting name: Not owner\n',
    });
    expect(node.run(['/usr/bin/hostname', 'web.example.org']).status).toBe(0);
    expect(run('/usr/bin/hostname', '-s')).toBe('web\n');
    expect(run('/usr/bin/uname', '-n')).toBe('web.example.org\n');
    expect(node.run(['/usr/bin/uname', '-S', 'x'.repeat(300)]).status).toBe(1);
  });

  it('explains itself', () => {
    expect(node.run(['/usr/bin/uname', '-q'])).toMatchObject({
      status: 1,
      stderr:
        'uname: illegal option -- q\n' + 'usage:\tuname [-snrvmapioX]\n\tuname [-S system_name]\n',
    });
  });
});
