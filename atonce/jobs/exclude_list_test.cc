#include "atonce/jobs/exclude_list.h"
