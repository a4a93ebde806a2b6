import { describe, expect, it } from 'vitest';
import { DMESG } from '#cmd/dmesg/dmesg.ts';
import { GETCONF } from '#cmd/getconf/getconf.ts';
import { GETENT } from '#cmd/getent/getent.ts';
import { KSTAT } from '#cmd/kstat/kstat.ts';
import { matcher } from '#cmd/kstat/patterns.ts';
import { PRTCONF } from '#cmd/prtconf/prtconf.ts';
import { PSRINFO, ranges } from '#cmd/psrinfo/psrinfo.ts';
import { SWAP } from '#cmd/swap/swap.ts';
import { BOOTPARAMS, SYSINFO } from '#cmd/sysinfo/sysinfo.ts';
import { ZONENAME } from '#cmd/zonename/zonename.ts';
import { bootHarness, type RunOutcome } from '#testing/node-harness.ts';

const commands = [
  BOOTPARAMS,
  DMESG,
  GETCONF,
  GETENT,
  KSTAT,
  PRTCONF,
  PSRINFO,
  SWAP,
  SYSINFO,
  ZONENAME,
];
const node = bootHarness({
  commands,
  files: {
    '/etc/passwd': 'root:x:0:0:Super-User:/root:/bin/bash\n',
    '/etc/hosts': '# comment\n127.0.0.1 localhost loghost\n',
    '/var/adm/messages': 'Nov 23 10:00:00 node genunix: hello\n',
  },
});
const run = (name: string, ...words: string[]): RunOutcome => {
  const command = commands.find((one) => one.name === name);
  return node.run([command?.path ?? name, ...words]);
};

describe('kstat', () => {
  it('shows blocks as illumos does', () => {
    const { stdout } = run('kstat', '-m', 'cpu_info', '-i', '0');
    expect(
      stdout.startsWith(
        `module: ${'cpu_info'.padEnd(30)}  instance: 0     \nname:   ${'cpu_info0'.padEnd(30)}  class:    misc\n`,
      ),
    ).toBe(true);
    expect(stdout).toContain(`\t${'clock_MHz'.padEnd(30)}  2400\n`);
    expect(stdout).toMatch(/\tcrtime +\d+\.\d{9}\n/);
  });

  it('-p shows a line a statistic, selected by patterns', () => {
    expect(run('kstat', '-p', 'cpu_info:0::clock_MHz').stdout).toBe(
      'cpu_info:0:cpu_info0:clock_MHz\t2400\n',
    );
    expect(run('kstat', '-p', 'cpu_info:*:*:/^clock/').stdout.split('\n').length).toBe(3);
    expect(run('kstat', '-p', '-c', 'pages', '-s', 'physmem').stdout).toMatch(
      /^unix:0:system_pages:physmem\t131072\n$/,
    );
    expect(run('kstat', '-l', 'unix:0:system_misc:ncpus').stdout).toBe(
      'unix:0:system_misc:ncpus\n',
    );
    expect(run('kstat', 'nosuch')).toMatchObject({ status: 1, stdout: '' });
    expect(JSON.parse(run('kstat', '-j', 'unix:0:system_misc').stdout)).toMatchObject([
      { module: 'unix', data: { ncpus: 2 } },
    ]);
  });

  it('repeats, and refuses what it does not know', () => {
    expect(run('kstat', '-p', 'unix:0:system_misc:ncpus', '1', '3').stdout.split('\n').length).toBe(
      4,
    );
    expect(run('kstat', '-z').stderr).toMatch(
      /^kstat: illegal option -- z\nUsage:\nkstat \[ -Cjlpq/,
    );
    expect(run('kstat', '/[/').status).toBe(3);
    expect(matcher('sd[0-9]*')?.('sd12')).toBe(true);
    expect(matcher('sd?')?.('sd12')).toBe(false);
  });
});

describe('what the system is', () => {
  it('psrinfo', () => {
    expect(run('psrinfo').stdout).toMatch(
      /^0\ton-line {3}since \d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d\n1\t/,
    );
    expect(run('psrinfo', '-p').stdout).toBe('1\n');
    expect(run('psrinfo', '-vp').stdout).toMatch(
      /^The physical processor has 2 virtual processors \(0-1\)\n {2}x86 /,
    );
    expect(run('psrinfo', '-v', '1').stdout).toContain('The i386 processor operates at 2400 MHz,');
    expect(run('psrinfo', '-s', '0').stdout).toBe('1\n');
    expect(run('psrinfo', '7')).toMatchObject({ status: 2 });
    expect(ranges([0, 1, 2, 5, 7, 8])).toBe('0-2 5 7-8');
  });

  it('prtconf, swap, getconf, zonename, dmesg', () => {
    expect(run('prtconf', '-m').stdout).toBe('512\n');
    expect(run('prtconf').stdout).toMatch(
      /^System Configuration: {2}SmartOS Lab {2}i86pc\nMemory size: 512 Megabytes\n/,
    );
    expect(run('prtconf', '-v').status).toBe(2);
    expect(run('swap', '-l')).toMatchObject({ status: 1, stderr: 'No swap devices configured\n' });
    expect(run('swap', '-s').stdout).toMatch(
      /^total: \d+k bytes allocated \+ 0k reserved = \d+k used, \d+k available\n$/,
    );
    expect(run('getconf', 'PAGESIZE').stdout).toBe('4096\n');
    expect(run('getconf', 'NPROCESSORS_ONLN').stdout).toBe('2\n');
    expect(run('getconf', 'NAME_MAX', '/').stdout).toBe('255\n');
    expect(run('getconf', 'NOSUCH')).toMatchObject({ status: 1 });
    expect(run('zonename').stdout).toBe('global\n');
    expect(run('dmesg').stdout).toContain('genunix: hello\n');
  });

  it('sysinfo tells facts as JSON', () => {
    const facts = JSON.parse(run('sysinfo').stdout) as Record<string, unknown>;
    expect(facts).toMatchObject({
      'Live Image': '20261123T000000Z',
      'System Type': 'SunOS',
      Hostname: 'harness',
      'CPU Count': 2,
      'MiB of Memory': '512',
      'Boot Parameters': { smartos: 'true' },
    });
    expect(run('sysinfo', '-p').stdout).toContain("CPU_Count='2'\n");
    expect(run('bootparams').stdout).toBe('smartos=true\n');
  });

  it('getent looks things up', () => {
    expect(run('getent', 'passwd', 'root').stdout).toBe('root:x:0:0:Super-User:/root:/bin/bash\n');
    expect(run('getent', 'passwd', '0').status).toBe(0);
    expect(run('getent', 'hosts', 'loghost').stdout).toBe('127.0.0.1\tlocalhost loghost\n');
    expect(run('getent', 'passwd', 'nobody').status).toBe(2);
    expect(run('getent', 'nosuch').stderr).toMatch(/^Unknown database: nosuch\nusage: getent/);
  });
});
