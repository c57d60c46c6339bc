import type { Fd } from '../../syscall/index.ts';
import type { Handler } from '../context.ts';
import { takeMaps } from '../refs.ts';
import { type MapView, mapJson, mapPlain, mapTable } from '../render/map.ts';

/** Lists maps: all of them, or those that a reference means. */
export const mapShow: Handler = async (context, words) => {
  const { objects } = await context.session();
  const pins = context.options.bpffs ? objects.pins('map') : new Map<number, string[]>();
  const one = words.count === 2;
  const fds = one ? takeMaps(objects, words) : undefined;
  words.end();
  const view = (fd: Fd): MapView => {
    const info = objects.mapInfo(fd);
    return { info, pins: pins.get(info.id) ?? [], showPins: pins.size > 0 };
  };
  const views = fds ? fds.map(view) : objects.map('map', view);
  return {
    plain: () => views.map(mapPlain),
    json: () => (one && views.length === 1 ? mapJson(views[0]) : views.map(mapJson)),
    table: one ? undefined : () => mapTable(views),
  };
};
