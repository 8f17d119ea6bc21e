/** What the commands print of fans, slices, shares and plans: as text and as JSON. */
@NullMarked
package io.fanatic.cli.output;

import org.jspecify.annotations.NullMarked;
