// SPDX-License-Identifier: Apache-2.0
export function faultsIn(path: string, text: string): string[];
