import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Gathers in one directory what the launcher runs: every jar of the class path; and the file classpath: the jars' names in
 * the order that the archive demands, in the first line for all commands, in the second what the lab needs besides. Part of
 * the build, never of the product.
 *
 * <p>picocli and ASM are class files of Java 5, which the JVM leaves out of its start-up archive. They are written again
 * as class files of Java 17, with the stack map frames that these must have; that saves a command 15 to 55 ms.
 *
 * <p>Arguments: the directory; our own jar; when the build began. The class path is that of this program.
 */
public class Assemble {
    /** Below this version (Java 6) the JVM does not archive a class. */
    private static final int ARCHIVED = 50;

    /** What only the lab needs. Every search for a class that is not there opens every jar, half a millisecond each. */
    private static final Pattern LAB = Pattern.compile("^(fan-test-harness|netty|jline|commons|snakeyaml|jmustache)-");

    /** Annotations for compilers, and what no class of ours leads to, as DebTest finds. */
    private static final Pattern UNUSED = Pattern.compile("^(jspecify|error_prone_annotations|asm-commons|netty-codec-compression)-");

    private final Path lib;
    private final Set<Path> wanted = new HashSet<>();
    private boolean changed;

    private Assemble(Path lib) {
        this.lib = lib;
    }

    public static void main(String[] args) throws IOException {
        Assemble assemble = new Assemble(Path.of(args[0]));
        Files.createDirectories(assemble.lib);
        StringJoiner quick = new StringJoiner(" ");
        StringJoiner lab = new StringJoiner(" ");
        String classPath = args[1] + File.pathSeparator + System.getProperty("java.class.path");
        for (String entry : classPath.split(File.pathSeparator)) {
            Path jar = Path.of(entry);
            String name = jar.getFileName().toString();
            if (name.endsWith(".jar") && !UNUSED.matcher(name).find()) {
                assemble.jar(jar);
                (LAB.matcher(name).find() ? lab : quick).add(name);
            }
        }
        assemble.put("classpath", (quick + "\n" + lab + "\n").getBytes(StandardCharsets.UTF_8));
        assemble.removeOthers();
        assemble.stamp(Instant.parse(args[2]));
    }

    private void jar(Path from) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean upgraded = false;
        try (JarFile jar = new JarFile(from.toFile());
                JarOutputStream out = new JarOutputStream(bytes)) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                byte[] content = jar.getInputStream(entry).readAllBytes();
                if (entry.getName().endsWith(".class") && content[7] < ARCHIVED) {
                    content = upgrade(content);
                    upgraded = true;
                }
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTimeLocal(entry.getTimeLocal());
                out.putNextEntry(copy);
                out.write(content);
                out.closeEntry();
            }
        }
        put(from.getFileName().toString(), upgraded ? bytes.toByteArray() : Files.readAllBytes(from));
    }

    private static byte[] upgrade(byte[] old) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        ClassVisitor version = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(int v, int access, String name, String signature, String parent, String[] interfaces) {
                super.visit(Opcodes.V17, access, name, signature, parent, interfaces);
            }
        };
        new ClassReader(old).accept(version, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }

    /** Replaces a file as a whole, since a running JVM may have the old one mapped; and only one that differs. */
    private void put(String name, byte[] content) throws IOException {
        Path file = lib.resolve(name);
        wanted.add(file);
        Path next = lib.resolve(name + ".new");
        Files.write(next, content);
        if (Files.exists(file) && Files.mismatch(next, file) < 0) {
            Files.delete(next);
        } else {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            changed = true;
        }
    }

    /** Jars of earlier versions; and the JVMs' archives, unless the jars are still those that they were made of. */
    private void removeOthers() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(lib)) {
            for (Path file : files) {
                boolean jar = file.toString().endsWith(".jar");
                if (!wanted.contains(file) && (jar || changed)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Sources newer than this file are not in the build. One second, since Maven cuts the fraction off. */
    private void stamp(Instant began) throws IOException {
        Path built = lib.resolve("built");
        Files.deleteIfExists(built);
        Files.createFile(built);
        Files.setLastModifiedTime(built, FileTime.from(began.plusSeconds(1)));
    }
}
