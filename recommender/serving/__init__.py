"""From a query to a ranked slate: what a request needs, held in memory by every process."""
