"""What make bench measures, and how; bench/run is its front door."""
