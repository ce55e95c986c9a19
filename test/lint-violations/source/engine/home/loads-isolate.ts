import ivm from 'isolated-vm';

export const isolate = ivm;
