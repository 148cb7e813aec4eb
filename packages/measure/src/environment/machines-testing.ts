import type { System } from './system.js';

/** What a machine answers; everything else is not there. */
export interface Recording {
  readonly platform?: NodeJS.Platform;
  readonly files?: Readonly<Record<string, string>>;
  /** Answers of commands, by the whole command line. */
  readonly commands?: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly speedMHz?: number;
  readonly cores?: number;
  readonly busySeconds?: number;
}

/** A machine made of recorded texts. */
export function machineOf(recording: Recording): System {
  const { platform = 'linux', files = {}, commands = {}, model = 'Test CPU', cores = 4 } = recording;
  const names = Object.keys(files);
  const core = { model, speedMHz: recording.speedMHz ?? 0, busySeconds: recording.busySeconds ?? 0, idleSeconds: 100 };
  return {
    platform,
    now: () => new Date('2026-11-25T10:00:00Z'),
    readText: (path) => Promise.resolve(files[path]),
    list: (path) => {
      const inside = names.filter((name) => name.startsWith(`${path}/`));
      return Promise.resolve([...new Set(inside.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))]);
    },
    run: (command, args) => Promise.resolve(commands[[command, ...args].join(' ')]),
    cores: () => Array.from({ length: cores }, () => core),
    logicalCores: () => cores,
    load1: () => 0.5,
    uptimeSeconds: () => 3600,
    totalBytes: () => 8e9,
    freeBytes: () => 1e9,
  };
}

const CPU = '/sys/devices/system/cpu';

/** The files of each core, from a function of its number. */
export function perCore(count: number, filesOf: (core: number) => Readonly<Record<string, string>>) {
  const entries = Array.from({ length: count }, (_, core) =>
    Object.entries(filesOf(core)).map(([file, text]) => [`${CPU}/cpu${core}/${file}`, text] as const),
  );
  return Object.fromEntries(entries.flat());
}

/** A laptop with an Intel CPU that governs itself, on its battery; CPUs 0 to 3 of 4 threads on 2 cores. */
export const intelLaptop: Recording = {
  model: 'Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz',
  files: {
    '/proc/self/status': 'Name:\tnode\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\nMems_allowed_list:\t0\n',
    '/proc/stat':
      'cpu  264230 1290 71520 9123456 8123 0 4010 0 0 0\ncpu0 66000 300 18000 2280000 2000 0 3000 0 0 0\nintr 1 2 3\nctxt 9\nbtime 1764000000\n',
    '/proc/meminfo':
      'MemTotal:       16262220 kB\nMemFree:         1201116 kB\nMemAvailable:    9120500 kB\nBuffers: 1 kB\nSwapTotal:       2097148 kB\nSwapFree:        1572860 kB\nHugePages_Total:       0\n',
    '/proc/uptime': '86432.17 301222.90\n',
    '/proc/pressure/cpu': 'some avg10=1.50 avg60=0.80 avg300=0.60 total=98127345\n',
    '/proc/pressure/memory':
      'some avg10=0.25 avg60=0.00 avg300=0.00 total=120\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=90\n',
    '/proc/pressure/io':
      'some avg10=3.00 avg60=0.10 avg300=0.02 total=8123\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7000\n',
    '/proc/cpuinfo': 'processor\t: 0\ncpu MHz\t\t: 3100.000\nflags\t\t: fpu vme hwp hwp_epp\n',
    '/proc/self/cgroup': '0::/user.slice/user-1000.slice/session-2.scope\n',
    [`${CPU}/intel_pstate/no_turbo`]: '0\n',
    [`${CPU}/intel_pstate/status`]: 'active\n',
    [`${CPU}/smt/active`]: '1\n',
    ...perCore(4, (core) => ({
      'cpufreq/scaling_governor': 'powersave\n',
      'cpufreq/scaling_driver': 'intel_pstate\n',
      'cpufreq/energy_performance_preference': 'balance_performance\n',
      'cpufreq/scaling_cur_freq': `${3_000_000 + 200_000 * core}\n`,
      'cpufreq/cpuinfo_max_freq': '4200000\n',
      'thermal_throttle/core_throttle_count': `${core}\n`,
      'thermal_throttle/package_throttle_count': '9\n',
      'topology/physical_package_id': '0\n',
    })),
    '/sys/class/thermal/thermal_zone0/type': 'acpitz\n',
    '/sys/class/thermal/thermal_zone0/temp': '99000\n',
    '/sys/class/thermal/thermal_zone1/type': 'x86_pkg_temp\n',
    '/sys/class/thermal/thermal_zone1/temp': '61500\n',
    '/sys/class/hwmon/hwmon3/name': 'coretemp\n',
    '/sys/class/hwmon/hwmon3/temp1_input': '61000\n',
    '/sys/class/hwmon/hwmon3/temp2_input': '63000\n',
    '/sys/class/hwmon/hwmon4/name': 'nvme\n',
    '/sys/class/hwmon/hwmon4/temp1_input': '75850\n',
    '/sys/class/power_supply/AC/type': 'Mains\n',
    '/sys/class/power_supply/AC/online': '0\n',
    '/sys/class/power_supply/BAT0/type': 'Battery\n',
    '/sys/class/power_supply/BAT0/status': 'Discharging\n',
    '/sys/class/power_supply/hidpp_battery_0/type': 'Battery\n',
    '/sys/class/power_supply/hidpp_battery_0/scope': 'Device\n',
    '/sys/class/powercap/intel-rapl:0/name': 'package-0\n',
    '/sys/class/powercap/intel-rapl:0/energy_uj': '52000000\n',
    '/sys/class/powercap/intel-rapl:0/max_energy_range_uj': '262143328850\n',
    '/sys/class/powercap/intel-rapl:1/name': 'psys\n',
    '/sys/class/powercap/intel-rapl:1/energy_uj': '99000000\n',
    '/sys/class/powercap/intel-rapl:1/max_energy_range_uj': '262143328850\n',
    '/sys/class/powercap/intel-rapl:0:0/name': 'core\n',
    '/sys/class/power_supply/AC/uevent': 'POWER_SUPPLY_NAME=AC\n',
    '/sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
    '/sys/class/dmi/id/product_name': 'XPS 13 9370\n',
  },
};

/** Half a server: a virtual machine of a cloud on an AMD CPU, without clocks, sensors or a power supply. */
export const cloudServer: Recording = {
  model: 'AMD EPYC 9R14',
  files: {
    '/proc/self/status': 'Cpus_allowed_list:\t0,2\n',
    '/proc/stat': 'cpu  100 0 100 5000 0 0 0 50 0 0\ncpu0 50 0 50 2500 0 0 0 25 0 0\n',
    '/proc/cpuinfo':
      'processor\t: 0\ncpu MHz\t\t: 2600.000\nflags\t\t: fpu hypervisor lahf_lm\nprocessor\t: 1\ncpu MHz\t\t: 1500.000\nflags\t\t: fpu hypervisor\nprocessor\t: 2\ncpu MHz\t\t: 3600.000\n',
    [`${CPU}/smt/active`]: '0\n',
    ...perCore(4, () => ({ online: '1\n' })),
    '/sys/class/dmi/id/sys_vendor': 'Amazon EC2\n',
    '/sys/class/dmi/id/product_name': 'm7a.xlarge\n',
  },
};

/** A server with an AMD CPU of its own, boost off, as its hwmon driver names its sensors; energy is for root only. */
export const amdServer: Recording = {
  model: 'AMD EPYC 7543 32-Core Processor',
  files: {
    '/proc/self/status': 'Cpus_allowed_list:\t0-1\n',
    [`${CPU}/cpufreq/boost`]: '0\n',
    ...perCore(4, () => ({
      'cpufreq/scaling_governor': 'performance\n',
      'cpufreq/scaling_driver': 'acpi-cpufreq\n',
      'cpufreq/scaling_cur_freq': '2794750\n',
      'cpufreq/cpuinfo_max_freq': '2800000\n',
      'topology/thread_siblings_list': '0,32\n',
    })),
    '/sys/class/hwmon/hwmon0/name': 'k10temp\n',
    '/sys/class/hwmon/hwmon0/temp1_input': '74625\n',
    '/sys/class/hwmon/hwmon0/temp1_label': 'Tctl\n',
    '/sys/class/hwmon/hwmon0/temp2_input': '47625\n',
    '/sys/class/hwmon/hwmon0/temp2_label': 'Tdie\n',
    '/sys/class/hwmon/hwmon0/temp3_input': '44000\n',
    '/sys/class/hwmon/hwmon0/temp3_label': 'Tccd1\n',
    '/sys/class/powercap/intel-rapl:0/name': 'package-0\n',
    '/sys/class/powercap/intel-rapl:0/max_energy_range_uj': '65532610987\n',
  },
};

/** A Raspberry Pi 4: the CPU has no name, /proc/cpuinfo no clock, the sensor is a thermal zone. */
export const raspberryPi: Recording = {
  model: 'unknown',
  files: {
    '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
    '/proc/cpuinfo':
      'processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\nHardware\t: BCM2835\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n',
    '/proc/self/status': 'Cpus_allowed_list:\t0-3\n',
    ...perCore(4, () => ({
      'cpufreq/scaling_governor': 'ondemand\n',
      'cpufreq/scaling_driver': 'cpufreq-dt\n',
      'cpufreq/scaling_cur_freq': '600000\n',
      'cpufreq/cpuinfo_max_freq': '1800000\n',
    })),
    '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
    '/sys/class/thermal/thermal_zone0/temp': '48686\n',
    '/sys/class/hwmon/hwmon0/name': 'cpu_thermal\n',
    '/sys/class/hwmon/hwmon0/temp1_input': '48686\n',
    '/sys/class/hwmon/hwmon1/name': 'rpi_volt\n',
  },
};

/** A pod with a quota, whose tighter memory limit is set on the pod and not on the container (cgroup v2). */
export const quotaContainer: Recording = {
  files: {
    '/proc/meminfo': 'MemTotal: 64000000 kB\nMemAvailable: 40000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
    '/proc/self/cgroup': '0::/kubepods/pod7/main\n',
    '/sys/fs/cgroup/cpu.stat': 'usage_usec 9\nuser_usec 5\nsystem_usec 4\n',
    '/sys/fs/cgroup/kubepods/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/kubepods/pod7/cpu.max': '200000 100000\n',
    '/sys/fs/cgroup/kubepods/pod7/memory.max': '4294967296\n',
    '/sys/fs/cgroup/kubepods/pod7/memory.current': '3294967296\n',
    '/sys/fs/cgroup/kubepods/pod7/memory.stat': 'anon 2000000000\nfile 1200000000\ninactive_file 1000000000\n',
    '/sys/fs/cgroup/kubepods/pod7/main/cpu.max': '400000 100000\n',
    '/sys/fs/cgroup/kubepods/pod7/main/cpu.stat':
      'usage_usec 881\nuser_usec 500\nnr_periods 100\nnr_throttled 20\nthrottled_usec 1250000\n',
    '/sys/fs/cgroup/kubepods/pod7/main/memory.max': 'max\n',
  },
};

/** A container of an older machine (cgroup v1). */
export const oldContainer: Recording = {
  files: {
    '/proc/self/cgroup': '4:memory:/job\n3:cpu,cpuacct:/job\n1:name=systemd:/\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': '50000\n',
    '/sys/fs/cgroup/cpu/job/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu/job/cpu.stat': 'nr_periods 60\nnr_throttled 12\nthrottled_time 750000000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/job/memory.limit_in_bytes': '1073741824\n',
    '/sys/fs/cgroup/memory/job/memory.usage_in_bytes': '573741824\n',
    '/sys/fs/cgroup/memory/job/memory.stat': 'inactive_file 1\ntotal_inactive_file 100000000\n',
  },
};

/** A MacBook on its charger. */
export const macBook: Recording = {
  platform: 'darwin',
  model: 'Apple M2',
  cores: 8,
  speedMHz: 2400,
  busySeconds: 10,
  commands: {
    '/usr/bin/pmset -g batt':
      "Now drawing from 'AC Power'\n -InternalBattery-0 (id=21430371)\t96%; AC attached; not charging present: true\n",
    '/usr/bin/vm_stat':
      'Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free:                               10000.\nPages active:                            250000.\nPages inactive:                          200000.\nPages speculative:                         1000.\nPages throttled:                              0.\nPages wired down:                        100000.\nPages purgeable:                           5000.\n"Translation faults":                 123456789.\n',
    '/usr/sbin/sysctl -n vm.swapusage': 'total = 2048.00M  used = 1024.50M  free = 1023.50M  (encrypted)\n',
    '/usr/sbin/sysctl -n kern.hv_vmm_present': '0\n',
    '/usr/sbin/sysctl -n hw.physicalcpu': '8\n',
    '/usr/sbin/sysctl -n hw.logicalcpu': '8\n',
  },
};

/** The queries that nvidia-smi is asked. */
export const nvidiaQueries = {
  list: 'nvidia-smi --list-gpus',
  gpus: (reasons: string) =>
    `nvidia-smi --query-gpu=index,uuid,name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,temperature.gpu,power.draw,power.limit,utilization.gpu,memory.used,memory.total${reasons} --format=csv,noheader,nounits`,
  processes: 'nvidia-smi --query-compute-apps=pid,gpu_uuid --format=csv,noheader',
};

/** A box with two NVIDIA GPUs, the second of which tells less, and an older driver that knows no event reasons. */
export const nvidiaBox: Recording = {
  commands: {
    [nvidiaQueries.list]: 'GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-aaaa)\nGPU 1: NVIDIA T400 (UUID: GPU-bbbb)\n',
    [nvidiaQueries.gpus(',clocks_throttle_reasons.active')]:
      '0, GPU-aaaa, NVIDIA H100 80GB HBM3, 535.161.08, 1755, 1980, 2619, 64, 652.31, 700.00, 97, 21504, 81559, 0x0000000000000024\n' +
      '1, GPU-bbbb, NVIDIA T400, 535.161.08, 300, 1425, 405, 38, [N/A], [N/A], 0, 12, 1871, 0x0000000000000001\n',
    [nvidiaQueries.processes]: '4242, GPU-aaaa\n4243, GPU-aaaa\n',
  },
};
