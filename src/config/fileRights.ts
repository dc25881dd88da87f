/** Whether a file is there, and this account may not read it. */
export function isDenied(code: string): boolean {
  return code === 'EACCES' || code === 'EPERM';
}

/** The commands that let the service's account read a file of secrets, and nobody else. */
export function howToLetRead(file: string): string {
  return `let this account read it and its folder: chgrp GROUP ${file} && chmod 640 ${file}`;
}
