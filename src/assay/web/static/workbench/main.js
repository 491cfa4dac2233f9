// The entry point: sets up the desk and binds its controls.

import * as api from "./api.js";
import { control } from "./controls.js";
import { Desk } from "./desk.js";
import * as keymap from "./keymap.js";

const root = /** @type {HTMLElement} */ (document.getElementById("workbench"));
const desk = new Desk(root);
control(desk, root);

api
  .me()
  .then((me) => {
    keymap.load(me.keymap);
    keymap.reprint(document);
    desk.today = me.today;
    desk.exposure = me.exposure;
  })
  .catch(() => undefined)
  .finally(() => desk.start());
