/** Entry of a player's page. */

import "../started.js";
import { PlayerPage } from "./page.js";

new PlayerPage().start();
