/** The commands that set a host up and take it back: configure, deconfigure, enable, disable, confirm. */
@NullMarked
package io.fanatic.cli.configure;

import org.jspecify.annotations.NullMarked;
