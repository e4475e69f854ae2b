/** A player's phone. The page draws itself from the room's state; each screen is a view of its own. */

import { el } from "../dom.js";
import { PlayerPage } from "./page.js";

new PlayerPage(document.body.dataset, el("screens")).start();
