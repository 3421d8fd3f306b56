import type { LoggerService } from '@nestjs/common';

/** One thing that was logged: by whom, and everything that was said. */
export interface LogLine {
  readonly level: 'log' | 'warn' | 'error';
  readonly text: string;
}

/** Keeps what is logged instead of printing it. */
export class RecordingLogger implements LoggerService {
  readonly lines: LogLine[] = [];

  log(...parts: unknown[]): void {
    this.add('log', parts);
  }

  warn(...parts: unknown[]): void {
    this.add('warn', parts);
  }

  error(...parts: unknown[]): void {
    this.add('error', parts);
  }

  /** What was logged at this level. */
  at(level: LogLine['level']): string[] {
    return this.lines.filter((line) => line.level === level).map(({ text }) => text);
  }

  private add(level: LogLine['level'], parts: unknown[]): void {
    this.lines.push({ level, text: parts.map(String).join(' ') });
  }
}
