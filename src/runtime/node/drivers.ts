/**
 * The device drivers of every node. The console comes later, when the node has a ConsolePort.
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { controllingTtyDriver } from '#kernel/io/console.ts';
import type { DriverTable } from '#kernel/io/device.ts';
import { mmDriver, randomDriver, sysmsgDriver } from '#kernel/io/mem.ts';
import { type PtyTable, ptyDrivers } from '#kernel/io/pty.ts';
import type { Kernel } from '#kernel/os/kernel.ts';

export function registerDrivers(drivers: DriverTable, ptys: PtyTable, kernel: Kernel): void {
  drivers.register(mmDriver());
  drivers.register(randomDriver(kernel.options.random.child('dev')));
  drivers.register(
    sysmsgDriver((text) => {
      const lines = decodeUtf8(text).replace(/\n$/, '');
      for (const line of lines.split('\n')) kernel.log('CE_CONT', line);
    }),
  );
  drivers.register(controllingTtyDriver());
  for (const driver of ptyDrivers(ptys)) drivers.register(driver);
}
