/** The commands of fanctl(8). */
@NullMarked
package io.fanatic.cli.fanctl;

import org.jspecify.annotations.NullMarked;
