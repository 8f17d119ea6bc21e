package io.fanatic.netlink.libc;

import java.nio.ByteBuffer;

/**
 * The functions of libc that start a process. Apart from {@link LibC}, since jnr-ffi prepares every function of an
 * interface when it is loaded, and few commands start a process. Public because jnr-ffi needs it so; use {@link Spawn}.
 */
public interface LibSpawn {
    int memfd_create(String name, int flags);

    int waitpid(int pid, ByteBuffer status, int options);

    /** posix_spawn(3) and its kin return the error number instead of setting errno. */
    int posix_spawn(
            ByteBuffer pid,
            String path,
            ByteBuffer fileActions,
            ByteBuffer attributes,
            ByteBuffer arguments,
            ByteBuffer environment);

    int posix_spawn_file_actions_init(ByteBuffer actions);

    int posix_spawn_file_actions_addopen(ByteBuffer actions, int fd, String path, int flags, int mode);

    int posix_spawn_file_actions_adddup2(ByteBuffer actions, int fd, int newFd);

    int posix_spawn_file_actions_addclose(ByteBuffer actions, int fd);

    int posix_spawn_file_actions_destroy(ByteBuffer actions);

    int posix_spawnattr_init(ByteBuffer attributes);

    int posix_spawnattr_setflags(ByteBuffer attributes, short flags);

    int posix_spawnattr_setsigmask(ByteBuffer attributes, ByteBuffer mask);

    int posix_spawnattr_destroy(ByteBuffer attributes);
}
