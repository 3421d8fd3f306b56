import type { Alarm } from 'nestjs-batching/core';
import { ManualClock } from 'nestjs-batching/testing';

/** Remembers what alarms it has handed out and for when they are set. */
export class WatchedClock extends ManualClock {
  alarmsCreated = 0;
  alarmAtMs = Infinity;

  override createAlarm(ring: () => void): Alarm {
    this.alarmsCreated += 1;
    const alarm = super.createAlarm(ring);
    return {
      set: (atMs) => {
        this.alarmAtMs = atMs;
        alarm.set(atMs);
      },
      clear: () => {
        this.alarmAtMs = Infinity;
        alarm.clear();
      },
    };
  }
}
