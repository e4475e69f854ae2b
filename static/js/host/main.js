/** Entry of the host's page. */

import "../started.js";
import { HostPage } from "./page.js";

new HostPage().start();
