package io.fanatic.packaged;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;
import org.objectweb.asm.tree.ClassNode;

/**
 * What the classes of our jars lead to in others: each class that a reached class names, in its code or by a string that is a
 * class's name, and each service of a reached type.
 */
final class Reached {
    private static final String SERVICES = "META-INF/services/";

    private final Map<String, String> jars = new HashMap<>();
    private final Map<String, byte[]> classes = new HashMap<>();
    private final Map<String, List<String>> services = new HashMap<>();
    private final Set<String> natives = new HashSet<>();
    private final Set<String> seen = new HashSet<>();
    private final Deque<String> todo = new ArrayDeque<>();

    private Reached() {}

    /** The names of those jars that have a native library, or a class that is reached from the jars whose names begin with {@code fan}. */
    static Set<String> jars(List<Path> jars) throws IOException {
        Reached reached = new Reached();
        for (Path jar : jars) {
            reached.read(jar);
        }
        reached.classes.keySet().stream()
                .filter(name -> reached.jars.getOrDefault(name, "").startsWith("fan"))
                .forEach(reached::reach);
        reached.follow();
        Set<String> used = new TreeSet<>(reached.natives);
        reached.seen.forEach(name -> used.add(reached.jars.getOrDefault(name, "")));
        return used;
    }

    private void read(Path path) throws IOException {
        String name = path.getFileName().toString();
        try (JarFile jar = new JarFile(path.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String file = entry.getName();
                if (file.startsWith(SERVICES)) {
                    String text = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                    services.computeIfAbsent(internal(file.substring(SERVICES.length())), type -> new ArrayList<>())
                            .addAll(text.lines()
                                    .map(String::strip)
                                    .map(Reached::internal)
                                    .toList());
                } else if (file.endsWith(".so")) {
                    natives.add(name);
                } else if (file.endsWith(".class")
                        && !file.startsWith("META-INF/")
                        && !file.equals("module-info.class")) {
                    String type = file.substring(0, file.length() - ".class".length());
                    jars.put(type, name);
                    classes.put(type, jar.getInputStream(entry).readAllBytes());
                }
            }
        }
    }

    private static String internal(String name) {
        return name.replace('.', '/');
    }

    private void reach(String name) {
        if (classes.containsKey(name) && seen.add(name)) {
            todo.add(name);
            services.getOrDefault(name, List.of()).forEach(this::reach);
        }
    }

    private void follow() {
        Remapper names = new Names();
        while (!todo.isEmpty()) {
            byte[] code = classes.getOrDefault(todo.remove(), new byte[0]);
            new ClassReader(code).accept(new ClassRemapper(new ClassNode(), names), ClassReader.SKIP_DEBUG);
        }
    }

    /** Changes no name, but notes each. */
    private final class Names extends Remapper {
        Names() {
            super(org.objectweb.asm.Opcodes.ASM9);
        }

        @Override
        public String map(String name) {
            reach(name);
            return name;
        }

        @Override
        public Object mapValue(Object value) {
            if (value instanceof String text) {
                reach(internal(text));
            }
            return super.mapValue(value);
        }
    }
}
