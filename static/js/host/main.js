/** Entry of the host's page. */

import { HostPage } from "./page.js";

new HostPage().start();
