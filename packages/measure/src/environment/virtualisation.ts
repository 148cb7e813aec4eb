import { hasHypervisorFlag } from './proc-text.js';
import type { System } from './system.js';

const DMI_FOLDER = '/sys/class/dmi/id';

/** Words in the names that firmware gives to machines, and the hypervisor behind them. */
const hypervisors: readonly (readonly [RegExp, string])[] = [
  [/vmware/i, 'vmware'],
  [/virtualbox|innotek/i, 'virtualbox'],
  [/parallels/i, 'parallels'],
  [/xen/i, 'xen'],
  [/microsoft corporation.*virtual machine/i, 'hyper-v'],
  [/amazon ec2/i, 'amazon'],
  [/google/i, 'google'],
  [/apple virtualization/i, 'apple'],
  [/qemu|kvm|bochs|openstack|ovirt|digitalocean|hetzner/i, 'kvm'],
];

/** Firmware that only virtual machines have: on ARM no flag of the CPU tells. */
const onlyVirtual = /qemu|kvm|vmware|virtualbox|virtual machine|apple virtualization/i;

function hypervisorIn(text: string): string | undefined {
  return hypervisors.find(([words]) => words.test(text))?.[1];
}

/**
 * The hypervisor that runs this machine: `kvm`, `xen`, `hyper-v` …, or `unknown` when there is one without a name;
 * `undefined`: none is seen. Linux only.
 */
export async function readVirtualisation(system: System): Promise<string | undefined> {
  const read = async (path: string) => (await system.readText(path))?.trim() ?? '';
  const [kind, deviceTree, version, vendor, product, cpuInfo] = await Promise.all([
    read('/sys/hypervisor/type'),
    read('/proc/device-tree/hypervisor/compatible'),
    read('/proc/version'),
    read(`${DMI_FOLDER}/sys_vendor`),
    read(`${DMI_FOLDER}/product_name`),
    read('/proc/cpuinfo'),
  ]);
  if (kind !== '') return kind;
  if (deviceTree !== '') return hypervisorIn(deviceTree) ?? 'unknown';
  if (/microsoft/i.test(version)) return 'hyper-v';
  const firmware = `${vendor} ${product}`;
  if (hasHypervisorFlag(cpuInfo)) return hypervisorIn(firmware) ?? 'unknown';
  return onlyVirtual.test(firmware) ? hypervisorIn(firmware) : undefined;
}
