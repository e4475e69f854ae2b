"""The machine's place in its network: interfaces, addresses that phones can reach, hosts and peers that are local."""
