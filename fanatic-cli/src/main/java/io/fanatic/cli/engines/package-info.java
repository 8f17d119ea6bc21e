/** All container engines together: which there are, and which addresses each gives out. */
@NullMarked
package io.fanatic.cli.engines;

import org.jspecify.annotations.NullMarked;
