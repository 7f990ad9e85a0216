"""What the originals' authors published, in seconds as they wrote them: on their machines, and over the real internet."""

SOCKETS = {"one by one": "22.28", "10 processes": "12.60", "10 threads": "3.02", "asyncio": "5.62"}
FILES = {"one by one": "22.07", "100 threads": "18.66"}
SITES = {"20 threads": "2.64"}
GETS = {"one by one": "35", "4 threads": "11.5"}
SUMS = {"serial": "7.54", "overlapped": "4.60"}
SUMS_ALONE = {"server": "2.77", "own": "4.77"}
REQUESTS = {"sync": "3.75", "async": "1.10"}
BATCHES = {"all": "0.18", "longest": "0.17"}
