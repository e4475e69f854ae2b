/** Entry of a player's page. */

import { PlayerPage } from "./page.js";

new PlayerPage().start();
