import { buildCurve } from '../../../../test/core/cost-curve-builder.js';
import { shareOfSlot, type SharingView, type SlotShare } from './slot-share.js';

/** Sixty wait, hardly anybody else comes, and a batch of n takes 20 + n/2 ms. */
const VIEW: SharingView = {
  waiting: 60,
  slots: 4,
  otherSlotsFreeAfterMs: [],
  arrivalsPerMs: 0.1,
  curve: buildCurve(20, 0.5),
};

const share = (view: Partial<SharingView>): SlotShare => shareOfSlot({ ...VIEW, ...view });

describe('shareOfSlot', () => {
  it('takes all where there is no other slot', () => {
    expect(share({})).toEqual({ size: 60, othersStartAfterMs: 0 });
  });

  it('takes its part where other slots are free, too', () => {
    expect(share({ otherSlotsFreeAfterMs: [0] })).toEqual({ size: 30, othersStartAfterMs: 0 });
    expect(share({ otherSlotsFreeAfterMs: [0, 0] })).toEqual({ size: 20, othersStartAfterMs: 0 });
  });

  it('takes more, the longer those who are left behind have to wait for their slot', () => {
    const sizes = [0, 4, 8, 16, 32].map((afterMs) => share({ otherSlotsFreeAfterMs: [afterMs] }).size);
    // (60 + f / 10 + f / 2) / 2
    expect(sizes).toEqual([30, 32, 33, 35, 40]);
  });

  it('takes more, the longer each of the other slots lets wait', () => {
    // (60 + 0.8 + 8 / 2 + 8 / 2) / 3
    expect(share({ otherSlotsFreeAfterMs: [8, 8] })).toEqual({ size: 23, othersStartAfterMs: 8 });
  });

  it('leaves room in the next batch for those who come meanwhile', () => {
    const busy = { arrivalsPerMs: 2, otherSlotsFreeAfterMs: [10] };
    expect(share(busy).size).toBeGreaterThan(share({ ...busy, arrivalsPerMs: 0.1 }).size);
  });

  it('counts on a slot only as long as that makes its own share smaller', () => {
    expect(share({ otherSlotsFreeAfterMs: [0, 200] })).toEqual({ size: 30, othersStartAfterMs: 0 });
    expect(share({ otherSlotsFreeAfterMs: [200] })).toEqual({ size: 60, othersStartAfterMs: 0 });
  });

  it('says when the last slot starts that takes of those who are left behind', () => {
    expect(share({ otherSlotsFreeAfterMs: [4, 6, 300] }).othersStartAfterMs).toBe(6);
  });

  it('is never smaller than a balanced batch', () => {
    // n* = 2.4 · 20 / (4 − 1.2) = 17.1
    expect(share({ arrivalsPerMs: 2.4, otherSlotsFreeAfterMs: [0, 0, 0] }).size).toBe(18);
  });

  it('leaves nobody behind where a request adds next to nothing', () => {
    // A quarter of 20 ms is 10 requests.
    expect(share({ waiting: 9, otherSlotsFreeAfterMs: [0, 0, 0] }).size).toBe(9);
    expect(share({ waiting: 13, otherSlotsFreeAfterMs: [0, 0, 0] }).size).toBe(10);
    expect(share({ curve: buildCurve(20, 0), otherSlotsFreeAfterMs: [0, 0, 0] }).size).toBe(60);
  });

  it('takes all where more comes than all slots can serve', () => {
    expect(share({ arrivalsPerMs: 9, otherSlotsFreeAfterMs: [0, 0, 0] }).size).toBe(60);
  });
});
