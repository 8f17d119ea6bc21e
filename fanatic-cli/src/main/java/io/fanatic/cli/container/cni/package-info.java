/** The CNI plugins, as containerd uses them: a list of plugins in a file, and who is on it. */
@NullMarked
package io.fanatic.cli.container.cni;

import org.jspecify.annotations.NullMarked;
