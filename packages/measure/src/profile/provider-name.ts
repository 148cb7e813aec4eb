const SUFFIX = /ExecutionProvider$/;

/** What we call a provider that a profile calls `CUDAExecutionProvider`: `cuda`. */
export function providerCalled(nameInProfile: string): string {
  return nameInProfile.replace(SUFFIX, '').toLowerCase();
}
